import { StatedSettingsSchema } from '../schemas/athlete-settings.ts';

/** What of a schema's node the table shows. */
interface Node {
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly enum?: readonly string[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
}

/** Every setting of an athlete, those within lists behind the list. */
export function settingsTable(
  table: (header: readonly string[], rows: readonly (readonly string[])[]) => string,
): string {
  return table(['setting', 'what', 'limits'], rowsOf(StatedSettingsSchema as Node, ''));
}

function rowsOf({ properties = {}, required = [] }: Node, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const within = node.items?.properties ? node.items : node.properties ? node : null;
    const path = `${prefix}${name}${node.items?.properties ? '[]' : ''}`;
    const own = [
      `\`${path}\``,
      `${node.description ?? ''}${required.includes(name) ? ' (required)' : ''}`,
      limits(node),
    ];
    return [own, ...(within ? rowsOf(within, `${path}.`) : [])];
  });
}

function limits({ minimum, maximum, maxItems, items, ...node }: Node): string {
  if (minimum !== undefined) return `${minimum} … ${maximum}`;
  if (node.enum) return node.enum.map((one) => `\`${one}\``).join(', ');
  if (maxItems !== undefined && !items?.enum) return `at most ${maxItems}`;
  return '';
}
