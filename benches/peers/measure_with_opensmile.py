"""openSMILE as a peer of `warmline bench mood`: the path of a WAV a line in, the 88 eGeMAPS functionals a line out."""

import json
import math
import sys

import opensmile


def main():
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02,
        feature_level=opensmile.FeatureLevel.Functionals,
    )
    for line in sys.stdin:
        row = smile.process_file(line.strip()).iloc[0]
        numbers = [float(value) if math.isfinite(value) else 0.0 for value in row]
        print(json.dumps({"numbers": numbers}), flush=True)


if __name__ == "__main__":
    main()
