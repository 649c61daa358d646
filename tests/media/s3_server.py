"""An S3 server on loopback: moto's own, on a thread of its own."""

import contextlib
from collections.abc import Iterator

import boto3
from moto.server import ThreadedMotoServer

from media.transfer.bucket import BucketAccess

NAME = "clapper"
KEYS = {"key_id": "test-key-id", "secret": "test-secret"}


@contextlib.contextmanager
def s3_server() -> Iterator[BucketAccess]:
    """Run a server with one empty bucket; yield what opens a folder of it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEYS["key_id"],
            aws_secret_access_key=KEYS["secret"],
        )
        client.create_bucket(Bucket=NAME)
        yield BucketAccess(bucket=NAME, prefix="folder", endpoint=endpoint, region="us-east-1", **KEYS)
    finally:
        server.stop()
