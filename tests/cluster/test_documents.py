"""kubectl itself is the judge of how its YAML is read."""

import json

from loom.api.documents import read_documents
from support.cluster import Cluster


def test_a_file_means_to_us_what_it_means_to_kubectl(api_server: Cluster) -> None:
    scalars = """
      y, n, Y, N, yes, No, on, OFF, true, False, "yes", nope, ~, null, Null, "", =, 2027-12-31, 2027-12-31T10:00:00Z,
      12:30, 1:30:00, 190:20:30.15, 010, 0o10, 0x1F, 0b101, 1e3, 1E3, 1.5e+3, .5, 5., 1_000, +1, -0, 0, -17, "08", 08, 1e,
      0.10, 12e03, 1.0, -.5, 0.3.0, 10.0.0.0/8, 10m, 0x, --, 09, 1__0, 0_7, .1e1, +.5, 1.2.3, 0b2, 0o9, e3"""
    text = f"""
apiVersion: csaloom.io/v1alpha1
kind: ApiProduct
metadata: {{name: x, labels: {{l: m}}}}
spec:
  scalars: [{scalars}]
  keys: {{1: a, true: b, 1.5: c}}
  base: &base {{p: 1, q: 1}}
  merged: {{<<: *base, q: 2}}
"""
    judged = json.loads(api_server.kubectl.run("label", "--local", "--filename=-", "--output=json", "l=m", stdin=text))

    assert read_documents(text) == [judged]
