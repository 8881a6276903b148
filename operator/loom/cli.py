"""The command line: parses, loads the configuration, delegates. What is heavy is imported where it is used."""

import errno
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.text import Text

from loom import __version__
from loom.config import Settings
from loom.configure import ConfigError, explain, load

app = typer.Typer(name="loom", no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
out = Console()
err = Console(stderr=True)


class Output(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"


ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Configuration file (YAML); else LOOM_CONFIG.", envvar="LOOM_CONFIG")
]


def main() -> None:
    """Entry point of the program `loom`."""
    app()


def fail(message: str) -> typer.Exit:
    """Says what is wrong on stderr; raise what it returns."""
    err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(1)


def _version(asked: bool) -> None:
    if asked:
        out.print(__version__)
        raise typer.Exit


@app.callback()
def _loom(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """CSA Loom: custom resources in, converged Azure out."""


@app.command()
def run(
    namespace: Annotated[str | None, typer.Option(help="Look at this namespace only.")] = None,
    config: ConfigOption = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(help="Kubeconfig file; else KUBECONFIG, else the pod's service account.")
    ] = None,
    context: Annotated[str | None, typer.Option(help="Context of the kubeconfig.")] = None,
) -> None:
    """Run the operator, in a cluster or against a kubeconfig."""
    settings = _settings(config)
    if namespace is not None:
        settings = settings.model_copy(update={"namespace": namespace})
    if not settings.installation:
        raise fail(
            "installation: required to run. Give this operator a name of its own (installation: in the file, or LOOM_INSTALLATION): "
            "it marks what it owns in Azure with it, for ever."
        )
    from loom.app import serve

    raise typer.Exit(serve(settings, kubeconfig=kubeconfig, context=context))


@app.command()
def plan(
    files: Annotated[
        list[Path],
        typer.Option("--filename", "-f", help="File or folder of YAML, or - for standard input; may be given again."),
    ],
    offline: Annotated[
        bool, typer.Option("--offline", help="No cluster, and a cloud in which nothing exists.")
    ] = False,
    output: Annotated[Output, typer.Option("--output", "-o", help="How to print it.")] = Output.TEXT,
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="For objects that name none; else the kubeconfig's.")
    ] = "",
    config: ConfigOption = None,
    kubeconfig: Annotated[Path | None, typer.Option(help="Kubeconfig file; else KUBECONFIG.")] = None,
    context: Annotated[str | None, typer.Option(help="Context of the kubeconfig.")] = None,
) -> None:
    """Show what would change in Azure. Exit 0: nothing, 2: something, 1: an error."""
    from loom import plan_command
    from loom.preview import Request

    request = Request(files, offline, namespace, kubeconfig, context)
    raise typer.Exit(plan_command.plan(_settings(config), request, output.value, out, err))


@app.command("import")
def import_command(
    resource_group: Annotated[str, typer.Option("--resource-group", "-g", help="The resource group of the zone.")],
    subscription: Annotated[str, typer.Option("--subscription", help="The subscription of that group.")],
    cloud: Annotated[str, typer.Option(help="AzureCloud, AzureUSGovernment or AzureChinaCloud.")] = "AzureCloud",
    tenant: Annotated[str, typer.Option(help="The tenant; else that of the configured credentials.")] = "",
    domain: Annotated[str, typer.Option(help="The business domain; else what the tag loom-domain says.")] = "",
    name: Annotated[str, typer.Option(help="The zone's name; else the domain.")] = "",
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="Its namespace; else domain-<domain>.")] = "",
    plane: Annotated[str, typer.Option(help="The AdminPlane's name; else the hub's location.")] = "",
    config: ConfigOption = None,
) -> None:
    """Write the YAML of a zone that exists, and of its admin plane. It reads Azure and writes nothing there."""
    from loom import import_command as command
    from loom.estate import Wish

    wish = Wish(subscription, resource_group, cloud, tenant, domain, name, namespace, plane)
    raise typer.Exit(command.run(_settings(config), wish, out, err))


@app.command("config")
def config_command(
    config: ConfigOption = None,
    describe: Annotated[
        bool, typer.Option("--describe", help="List every setting with its variable and meaning.")
    ] = False,
) -> None:
    """Print the configuration in force as YAML, secrets hidden."""
    if describe:
        # Lines and not a table: a name that a narrow terminal or a pipe cuts can be neither copied nor searched for.
        for variable, key, meaning in explain():
            out.print(Text.assemble((key, "bold"), f"  {variable}\n    {meaning}"), soft_wrap=True)
        return
    sys.stdout.write(yaml.safe_dump(_settings(config).model_dump(mode="json", by_alias=True), sort_keys=False))


@app.command()
def crds(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when the files differ from the models.")
    ] = False,
    folder: Annotated[Path, typer.Option("--dir", help="Where the files are.")] = Path("crds"),
) -> None:
    """Write the custom resource definitions out of the models, or check them."""
    from loom.api import crds as definitions

    if check:
        if stale := definitions.check(folder):
            raise fail(f"{folder}/ differs from the models: {', '.join(stale)}. Run `loom crds`.")
        return
    changed = definitions.write(folder)
    out.print(f"{len(definitions.render())} files in {folder}/, {len(changed)} changed")


@app.command()
def dev(
    wait: Annotated[str | None, typer.Option(help="Exit 0 once all is Ready, 1 after this long (10m).")] = None,
    samples: Annotated[Path | None, typer.Option(help="File or folder of YAML to apply.")] = None,
    home: Annotated[
        Path | None, typer.Option(help="Where the sandbox keeps its state and logs; .loom where it is omitted.")
    ] = None,
    operator: Annotated[bool, typer.Option("--operator/--no-operator", help="Start the operator too.")] = True,
) -> None:
    """Start a sandbox: a real API server, a simulated Azure, the operator, and the samples."""
    from loom.dev.develop import develop

    raise typer.Exit(develop(wait=wait, samples=samples, home=home, operator=operator))


@app.command()
def sim(
    port: Annotated[int, typer.Option(min=0, max=65535, help="HTTPS port on 127.0.0.1; 0 takes a free one.")] = 8443,
    home: Annotated[Path, typer.Option(help="Where its certificate authority and its facts are kept.")] = Path(
        "~/.loom/sim"
    ),
    state: Annotated[Path | None, typer.Option(help="Load this state at the start and save it at the end.")] = None,
    speed: Annotated[float, typer.Option(min=0.001, help="How many times faster than real time it runs.")] = 1.0,
    types: Annotated[
        Path | None, typer.Option(help="Folder of official type tables: what they refuse is refused.")
    ] = None,
    subscriptions: Annotated[int, typer.Option(min=1, help="How many subscriptions a new cloud has.")] = 2,
) -> None:
    """Start the simulated Azure alone, and print its URL, CA file and credentials."""
    try:
        from loom.sim.server import Options
        from loom.sim.server import run as run_simulator
    except ImportError as error:
        raise fail(f"The simulator needs {error.name}: install csa-loom-operator[sim].") from None
    try:
        run_simulator(Options(home.expanduser(), port, speed, state, types, subscriptions))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise fail(f"Port {port} is taken. Choose another one with --port; 0 takes a free one.") from None
        raise fail(f"The simulated Azure cannot run: {error}") from None


def _settings(path: Path | None) -> Settings:
    try:
        return load(path)
    except ConfigError as error:
        raise fail(str(error)) from None
