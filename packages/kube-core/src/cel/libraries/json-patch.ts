import { CelScalar, celFunc } from '@bufbuild/cel'

const { STRING } = CelScalar

/** A key as a step of a JSON pointer. */
export const jsonPatchLibrary = [
  celFunc('jsonpatch.escapeKey', [STRING], STRING, (key) =>
    key.replaceAll('~', '~0').replaceAll('/', '~1'),
  ),
]
