"""`lastmeter grid propose`: a merged layer from the command line, from today's grids or from departments' layers."""

from pathlib import Path

from click.testing import CliRunner

from lastmeter.grid import cli
from lastmeter.grid.models import ProposalLayer
from lastmeter.grid.proposals.tests.test_layered import MESSY, layer_of, town
from tests.cast import Cast

__all__ = ["town"]


def test_the_command_starts_from_a_departments_layer_by_its_number(town: Cast, tmp_path: Path) -> None:
    layer = layer_of(town, tmp_path, MESSY)
    other = layer_of(town, tmp_path, [(0, 0, 1, 1)], name="综治网格")
    run = ["propose", "999902006", "--urban", "60", "150", "--seconds", "2"]
    answer = CliRunner().invoke(cli.commands, [*run, "--layer", str(layer.pk), "--layer", str(other.pk)])
    assert answer.exit_code == 0, answer.output
    used = ProposalLayer.objects.order_by("-base").values_list("layer", "base")
    assert list(used) == [(layer.pk, True), (other.pk, False)]
    unknown = CliRunner().invoke(cli.commands, [*run, "--layer", "999"])
    assert unknown.exit_code == 1
    assert f"{layer.pk}  民政办  民政网格" in unknown.output
