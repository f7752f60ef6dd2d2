"""Modal's side of the wire, on loopback: just enough for the real `modal run` and `modal deploy`.

Modal's protocol is internal to Modal, so this was written against the pinned client (modal 1.6.4) and may need a look
when that moves. An RPC that is not here is answered UNIMPLEMENTED. Images are not built: a function runs in a child
process of this Python, in a folder holding nothing but the files that the client uploaded for it, with nothing in its
environment but the image's and the secret's variables.
"""

import asyncio
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

from google.protobuf.empty_pb2 import Empty
from grpclib import GRPCError, Status
from grpclib.const import Handler
from grpclib.server import Server, Stream
from modal_proto import api_grpc
from modal_proto import api_pb2 as pb

CONTAINER = """
import importlib, sys
import cbor2
folder, module, function = sys.argv[1:]
sys.path.insert(0, folder + "/root")
with open(folder + "/arguments", "rb") as file:
    args, kwargs = cbor2.load(file)
result = getattr(importlib.import_module(module), function).local(*args, **kwargs)
with open(folder + "/result", "wb") as file:
    cbor2.dump(result, file)
"""
CBOR = [pb.DATA_FORMAT_CBOR]
DONE = pb.GenericResult(status=pb.GenericResult.GENERIC_STATUS_SUCCESS)
BUILDER = pb.ImageMetadata(image_builder_version="2025.06")


class LoopbackModal:
    """A Modal of one's own, for one app at a time: a context manager around a server in a thread.

    Parameters
    ----------
    folder : Path
        Where the files of the "containers" go.
    secrets : dict
        The account's secrets: name -> environment variables.

    Attributes
    ----------
    functions : dict[str, modal_proto.api_pb2.Function]
        What the client asked for, by the function's name.
    images : dict[str, modal_proto.api_pb2.Image]
        The images that it described, by id.
    deployed : list[str]
        The functions of the app that was deployed, if any.
    unknown : list[str]
        Names of the RPCs that were refused.
    """

    def __init__(self, folder: Path, secrets: dict[str, dict[str, str]]) -> None:
        self.folder, self.secrets = folder, secrets
        self.functions: dict[str, pb.Function] = {}
        self.images: dict[str, pb.Image] = {}
        self.deployed: list[str] = []
        self.unknown: list[str] = []
        self._mounts: dict[str, list[pb.MountFile]] = {}
        self._contents: dict[str, bytes] = {}
        self._outputs: dict[str, asyncio.Queue[pb.FunctionGetOutputsItem]] = {}
        self._tasks: set[asyncio.Task] = set()
        self._containers = asyncio.Semaphore(2)
        self._log = ""
        self._loop = asyncio.new_event_loop()

    # The server.

    def __enter__(self) -> Self:
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self._run(self._server.wait_closed())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _start(self) -> None:
        self._disconnected = asyncio.Event()
        self._server = Server([self])
        await self._server.start("127.0.0.1", 0)
        self.port = self._server._server.sockets[0].getsockname()[1]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead Modal's client here, past any account of the user's."""
        return {
            "MODAL_SERVER_URL": f"http://127.0.0.1:{self.port}",
            "MODAL_TOKEN_ID": "ak-loopback",
            "MODAL_TOKEN_SECRET": "as-loopback",
            "MODAL_CONFIG_PATH": os.devnull,
        }

    def __mapping__(self) -> dict[str, Handler]:
        class Everything(api_grpc.ModalClientBase):
            pass

        Everything.__abstractmethods__ = frozenset()
        return {path: self._handler(path, rpc) for path, rpc in Everything().__mapping__().items()}

    def _handler(self, path: str, rpc: Handler) -> Handler:
        name = path.rsplit("/", 1)[1]

        async def handle(stream: Stream) -> None:
            request = await stream.recv_message()
            answer = getattr(self, name, None)
            if answer is None:
                self.unknown.append(name)
                raise GRPCError(Status.UNIMPLEMENTED, f"{name} is not part of the loopback Modal")
            reply = answer(request)
            await stream.send_message(await reply if asyncio.iscoroutine(reply) else reply)

        return rpc._replace(func=handle)

    # The life of an app.

    def EnvironmentGetOrCreate(self, request):
        settings = pb.EnvironmentSettings(image_builder_version=BUILDER.image_builder_version)
        metadata = pb.EnvironmentMetadata(name="main", settings=settings)
        return pb.EnvironmentGetOrCreateResponse(environment_id="en-1", metadata=metadata)

    def AppCreate(self, request):
        self._disconnected.clear()
        self._log = ""
        return pb.AppCreateResponse(app_id="ap-1", app_page_url="http://127.0.0.1/")

    def AppGetByDeploymentName(self, request):
        return pb.AppGetByDeploymentNameResponse()

    def AppHeartbeat(self, request):
        return Empty()

    def AppPublish(self, request):
        if request.app_state == pb.APP_STATE_DEPLOYED:
            self.deployed = sorted(request.function_ids)
        return pb.AppPublishResponse(url="http://127.0.0.1/", deployed_at=time.time())

    def AppClientDisconnect(self, request):
        self._disconnected.set()
        return Empty()

    async def AppGetLogs(self, request):
        await self._disconnected.wait()
        return pb.TaskLogsBatch(items=[pb.TaskLogs(data=self._log)], entry_id="1", app_done=True)

    # Secrets, files and images.

    def SecretGetOrCreate(self, request):
        missing = set(request.required_keys) - set(self.secrets.get(request.deployment_name, {}))
        if missing:
            raise GRPCError(Status.NOT_FOUND, f"Secret {request.deployment_name!r} lacks {', '.join(missing)}")
        return pb.SecretGetOrCreateResponse(secret_id=f"st-{request.deployment_name}")

    def VolumeGetOrCreate(self, request):
        return pb.VolumeGetOrCreateResponse(volume_id=f"vo-{request.deployment_name}")

    def MountBatchedCheckExistence(self, request):
        missing = [sha for sha in request.sha256_hex_hashes if sha not in self._contents]
        return pb.MountBatchedCheckExistenceResponse(missing_sha256_hex_hashes=missing)

    def MountPutFile(self, request):
        if request.WhichOneof("data_oneof") == "data":
            self._contents[request.sha256_hex] = request.data
        return pb.MountPutFileResponse(exists=request.sha256_hex in self._contents)

    def MountGetOrCreate(self, request):
        mount = f"mo-{len(self._mounts)}"
        self._mounts[mount] = list(request.files)
        metadata = pb.MountHandleMetadata(content_checksum_sha256_hex=mount)
        return pb.MountGetOrCreateResponse(mount_id=mount, handle_metadata=metadata)

    def ImageGetOrCreate(self, request):
        image = f"im-{len(self.images)}"
        self.images[image] = request.image
        return pb.ImageGetOrCreateResponse(image_id=image, result=DONE, metadata=BUILDER)

    # Functions.

    def FunctionPrecreate(self, request):
        metadata = self._metadata(request.function_name)
        return pb.FunctionPrecreateResponse(function_id=f"fu-{request.function_name}", handle_metadata=metadata)

    def FunctionCreate(self, request):
        function = request.function
        self.functions[function.function_name] = function
        data = pb.FunctionData(function_name=function.function_name, timeout_secs=function.timeout_secs)
        data.ranked_functions.append(pb.FunctionData.RankedFunction(rank=0, function=function))
        metadata = self._metadata(function.function_name)
        return pb.FunctionCreateResponse(
            function_id=f"fu-{function.function_name}", function=function, function_data=data, handle_metadata=metadata
        )

    def _metadata(self, name: str) -> pb.FunctionHandleMetadata:
        kind = pb.Function.FUNCTION_TYPE_FUNCTION
        return pb.FunctionHandleMetadata(
            function_name=name, function_type=kind, supported_input_formats=CBOR, supported_output_formats=CBOR
        )

    # A call has inputs, one or (with .map) many, and a queue of the outputs that are ready.

    def FunctionMap(self, request):
        call = f"fc-{len(self._outputs)}"
        self._outputs[call] = asyncio.Queue()
        items = self._begin(call, request.function_id, request.pipelined_inputs)
        return pb.FunctionMapResponse(function_call_id=call, pipelined_inputs=items)

    def FunctionPutInputs(self, request):
        items = self._begin(request.function_call_id, request.function_id, request.inputs)
        return pb.FunctionPutInputsResponse(inputs=items)

    def _begin(self, call: str, function_id: str, inputs) -> list[pb.FunctionPutInputsResponseItem]:
        function = self.functions[function_id.removeprefix("fu-")]
        for put in inputs:
            task = self._loop.create_task(self._answer(call, function, put))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return [pb.FunctionPutInputsResponseItem(idx=put.idx, input_id=f"in-{call}-{put.idx}") for put in inputs]

    async def _answer(self, call: str, function: pb.Function, put: pb.FunctionPutInputsItem) -> None:
        async with self._containers:
            result = await asyncio.to_thread(self._call, function, f"{call}-{put.idx}", put.input.args)
        item = pb.FunctionGetOutputsItem(
            result=result, data_format=pb.DATA_FORMAT_CBOR, idx=put.idx, input_id=f"in-{call}-{put.idx}"
        )
        await self._outputs[call].put(item)

    async def FunctionGetOutputs(self, request):
        if request.clear_on_success and not request.timeout:  # what the client says when it has all outputs of a map
            return pb.FunctionGetOutputsResponse()
        item = await self._outputs[request.function_call_id].get()
        return pb.FunctionGetOutputsResponse(outputs=[item], idxs=[item.idx], last_entry_id="1")

    # A "container".

    def _call(self, function: pb.Function, name: str, arguments: bytes) -> pb.GenericResult:
        container = self._container(function, name)
        (container / "arguments").write_bytes(arguments)
        command = [sys.executable, "-c", CONTAINER, str(container), function.module_name, function.function_name]
        run = subprocess.run(
            command, cwd=container, env=self._variables(function, container), capture_output=True, text=True
        )
        self._log += run.stdout + run.stderr
        if run.returncode:
            status = pb.GenericResult.GENERIC_STATUS_FAILURE
            return pb.GenericResult(status=status, exception=run.stderr.strip().rsplit("\n", 1)[-1])
        return pb.GenericResult(status=DONE.status, data=(container / "result").read_bytes())

    def _container(self, function: pb.Function, name: str) -> Path:
        container = self.folder / f"{function.function_name}-{name}"
        for name, content in self.uploaded(function).items():
            path = container / name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for mounted in function.volume_mounts:
            (container / mounted.mount_path.lstrip("/")).symlink_to(self.volume(mounted.volume_id))
        return container

    def volume(self, volume_id: str) -> Path:
        """The folder that stands for a volume."""
        folder = self.folder / volume_id
        folder.mkdir(exist_ok=True)
        return folder

    def _variables(self, function: pb.Function, container: Path) -> dict[str, str]:
        variables = {"PATH": os.environ["PATH"], "HOME": str(container)}
        for line in (line for layer in self.layers(function.image_id) for line in layer.dockerfile_commands):
            if line.startswith("ENV "):
                key, value = line.removeprefix("ENV ").split("=", 1)
                variables[key] = f"{container}{value}" if value.startswith("/") else value
        for secret in function.secret_ids:
            variables |= self.secrets[secret.removeprefix("st-")]
        return variables

    # What the client has sent.

    def layers(self, image_id: str) -> list[pb.Image]:
        """An image and those that it builds upon, the lowest first."""
        image = self.images[image_id]
        return [layer for base in image.base_images for layer in self.layers(base.image_id)] + [image]

    def uploaded(self, function: pb.Function) -> dict[str, bytes]:
        """The files that a function finds in its container: path -> content."""
        files = (file for mount in function.mount_ids for file in self._mounts[mount])
        return {file.filename: self._contents[file.sha256_hex] for file in files}
