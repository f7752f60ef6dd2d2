"""A Hopsworks-compatible feature store and model registry over one folder, on 127.0.0.1."""

from hopsworks_local.errors import ServiceError, StoreError
from hopsworks_local.launch import Service, start

__all__ = ["Service", "ServiceError", "StoreError", "start"]
