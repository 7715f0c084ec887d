import { isBase64, errors, type FieldError, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { invalidDataKeys } from '../shared/data-keys.ts'
import { immutableDataErrors } from '../shared/immutable-data.ts'

const dataBytesMax = 1024 * 1024

export const configMapRules: KindRules = {
  group: '',
  plural: 'configmaps',
  columns: [
    {
      ...textColumn('Data', 'Number of entries', (map) => {
        return Object.keys({ ...recordAt(map, 'data'), ...recordAt(map, 'binaryData') }).length
      }),
      type: 'integer',
    },
  ],
  writeRules: {
    prepareForCreate: checkBinaryData,
    prepareForUpdate: checkBinaryData,
    validate,
    validateUpdate: (map, previous) => immutableDataErrors(map, previous, ['data', 'binaryData']),
  },
}

function checkBinaryData(map: KubernetesObject): void {
  for (const [key, value] of Object.entries(recordAt(map, 'binaryData'))) {
    if (typeof value === 'string' && isBase64(value)) continue
    throw errors.badRequest(
      `ConfigMap in version "v1" cannot be handled as a ConfigMap: binaryData.${key}: illegal base64 data`,
    )
  }
}

function validate(map: KubernetesObject): FieldError[] {
  const data = recordAt(map, 'data')
  const binaryData = recordAt(map, 'binaryData')
  const found = [...invalidDataKeys(data, 'data'), ...invalidDataKeys(binaryData, 'binaryData')]
  for (const key of Object.keys(binaryData)) {
    if (!(key in data)) continue
    const detail = 'duplicate of key present in data'
    found.push({ type: 'Invalid', field: `binaryData[${key}]`, badValue: key, detail })
  }
  const bytes =
    Object.values(data).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0) +
    Object.values(binaryData).reduce<number>(
      (sum, value) => sum + Buffer.byteLength(String(value), 'base64'),
      0,
    )
  if (bytes > dataBytesMax) {
    const detail = `may not be more than ${dataBytesMax} bytes`
    found.push({ type: 'TooLong', field: '', detail })
  }
  return found
}
