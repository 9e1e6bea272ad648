"""Certificates of a temporary certificate authority."""

import subprocess
from pathlib import Path


class Authority:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self.certificate = folder / "ca.crt"
        self._key = folder / "ca.key"
        self._openssl("req", "-x509", *self._new_key(self._key), "-subj=/CN=test authority", "-out=ca.crt")

    def issue(self, name: str) -> tuple[Path, Path]:
        """Issues a certificate for a hostname; returns it and its key."""
        certificate, key = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        (self._folder / "san").write_text(f"subjectAltName=DNS:{name}")
        self._openssl("req", *self._new_key(key), f"-subj=/CN={name}", "-out=request")
        self._openssl(
            "x509",
            "-req",
            "-in=request",
            "-CA=ca.crt",
            "-CAkey=ca.key",
            "-extfile=san",
            f"-out={certificate}",
        )
        return certificate, key

    def _new_key(self, key: Path) -> list[str]:
        return ["-newkey=ec", "-pkeyopt=ec_paramgen_curve:prime256v1", "-nodes", f"-keyout={key}"]

    def _openssl(self, command: str, *options: str) -> None:
        words = [word for option in options for word in option.split("=", 1)]
        subprocess.run(["openssl", command, *words], cwd=self._folder, check=True, capture_output=True)
