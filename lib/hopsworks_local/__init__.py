"""A Hopsworks-compatible feature store and model registry over one folder, on 127.0.0.1."""

from hopsworks_local.errors import ServiceError, StoreError
from hopsworks_local.launch import Service, start
from hopsworks_local.snapshot import is_store, snapshot

__all__ = ["Service", "ServiceError", "StoreError", "is_store", "snapshot", "start"]
