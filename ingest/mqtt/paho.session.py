"""A session of paho-mqtt: subscribes, publishes two frames at QoS 1, waits for a command, prints what it was told as JSON.

Arguments: port, version (4 or 5), device, topic and file of each frame.
"""

import json
import sys
import threading

import paho.mqtt.client as mqtt

port, version, device = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
frames = list(zip(sys.argv[4::2], sys.argv[5::2]))
WAIT_S = 60

told = {"connected": None, "subscribed": None, "published": [], "command": None}
connected, subscribed, published, commanded = (threading.Event() for _ in range(4))


def on_connect(client, userdata, flags, reason_code, properties):
    told["connected"] = str(reason_code)
    connected.set()


def on_subscribe(client, userdata, mid, reason_codes, properties):
    told["subscribed"] = [str(code) for code in reason_codes]
    subscribed.set()


def on_publish(client, userdata, mid, reason_code, properties):
    told["published"].append(str(reason_code))
    if len(told["published"]) == len(frames):
        published.set()


def on_message(client, userdata, message):
    told["command"] = [message.topic, message.payload.decode()]
    commanded.set()


def wait(event, what):
    assert event.wait(WAIT_S), f"{what} did not happen: {told}"


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2, client_id="paho", protocol=mqtt.MQTTv5 if version == 5 else mqtt.MQTTv311
)
client.username_pw_set(device, "token")
client.on_connect, client.on_subscribe = on_connect, on_subscribe
client.on_publish, client.on_message = on_publish, on_message
client.connect("127.0.0.1", port, keepalive=30)
client.loop_start()
wait(connected, "the connection")
client.subscribe(f"v1/devices/{device}/commands/#", qos=1)
wait(subscribed, "the subscription")
for topic, file in frames:
    with open(file, "rb") as body:
        client.publish(topic, body.read(), qos=1)
wait(published, "the acknowledgement of every frame")
wait(commanded, "a command")
client.disconnect()
client.loop_stop()
print(json.dumps(told))
