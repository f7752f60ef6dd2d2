"""The key of a service and its certificates, which every service makes for itself and keeps in memory.

REST demands the key, Flight a certificate of the service's own authority, which is handed out for the key. The client
writes its certificates to a folder of the service and removes them when it ends, also from under other processes that
use the same folder; so they are put back whenever a client may be about to read them.
"""

import base64
import hmac
import secrets
import ssl
from pathlib import Path

import trustme

DOMAIN = "local"
KEY_BYTES = 32
KEEPER = ".keep"  # a folder with a file of ours in it is not removed by clients
PLACEHOLDER = b"not used by the Python engine"


class Credentials:
    """Key, certificates and the folder in which clients keep theirs.

    Parameters
    ----------
    folder : Path
        The clients' folder; readable by the owner alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(mode=0o700)
        self.key = secrets.token_urlsafe(KEY_BYTES)
        authority = trustme.CA()
        self._server = authority.issue_cert("localhost", "127.0.0.1", f"flyingduck.service.{DOMAIN}")
        client = authority.issue_cert(f"client.{DOMAIN}")
        self.authority = authority.cert_pem.bytes()
        self._client_chain = b"".join(blob.bytes() for blob in client.cert_chain_pems)
        self._client_key = client.private_key_pem.bytes()
        self.trust_store = self.folder.with_name("authority.pem")  # out of reach of clients that end
        self.trust_store.write_bytes(self.authority)
        self.put_back()

    @property
    def server(self) -> tuple[bytes, bytes]:
        """The service's own certificate chain and private key, in PEM."""
        return b"".join(blob.bytes() for blob in self._server.cert_chain_pems), self._server.private_key_pem.bytes()

    def tls_context(self) -> ssl.SSLContext:
        """Return how REST is encrypted."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with self._server.private_key_and_cert_chain_pem.tempfile(dir=str(self.folder.parent)) as file:
            context.load_cert_chain(file)  # it takes files only
        return context

    def accepts(self, header: str) -> bool:
        """Whether an Authorization header carries the key; takes the same time for every wrong one."""
        return hmac.compare_digest(header.encode(), f"ApiKey {self.key}".encode())

    def document(self) -> dict[str, str]:
        """Return what the client asks for when it logs in."""
        store = base64.b64encode(PLACEHOLDER).decode()
        return {
            "kStore": store,
            "tStore": store,
            "password": "",
            "caChain": self.authority.decode(),
            "clientCert": self._client_chain.decode(),
            "clientKey": self._client_key.decode(),
        }

    def put_back(self) -> None:
        """Write the clients' files that are missing."""
        contents = {
            KEEPER: b"",
            "keyStore.jks": PLACEHOLDER,
            "trustStore.jks": PLACEHOLDER,
            "material_passwd": b"",
            "ca_chain.pem": self.authority,
            "client_cert.pem": self._client_chain,
            "client_key.pem": self._client_key,
        }
        for name, content in contents.items():
            if not (self.folder / name).exists():
                fresh = self.folder.parent / secrets.token_hex(8)
                fresh.touch(mode=0o600)
                fresh.write_bytes(content)
                fresh.replace(self.folder / name)
