import { append } from '@fairlead/base'
import {
  invalidField,
  tooLongField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { invalidDataKeys } from '../shared/data-keys.ts'
import { immutableDataErrors } from '../shared/immutable-data.ts'

const dataBytesMax = 1024 * 1024

/** As Kubernetes' ConfigMap strategy and validation. */
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
    defaults(map) {
      // Maps are stored as protobuf, in which bytes are empty rather than null.
      const binaryData = recordAt(map, 'binaryData')
      for (const key of Object.keys(binaryData)) binaryData[key] ??= ''
    },
    validate: (map, previous) => [
      ...(previous === undefined ? [] : immutableDataErrors(map, previous, ['data', 'binaryData'])),
      ...validate(map),
    ],
  },
}

function validate(map: KubernetesObject): FieldError[] {
  const data = recordAt(map, 'data')
  const binaryData = recordAt(map, 'binaryData')
  const found = Object.keys(data).flatMap((key) => [
    ...invalidDataKeys({ [key]: '' }, 'data'),
    ...(Object.hasOwn(binaryData, key)
      ? [invalidField(`data[${key}]`, key, 'duplicate of key present in binaryData')]
      : []),
  ])
  append(found, invalidDataKeys(binaryData, 'binaryData'))
  const bytes =
    Object.values(data).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0) +
    Object.values(binaryData).reduce<number>(
      (sum, value) => sum + Buffer.byteLength(String(value), 'base64'),
      0,
    )
  if (bytes > dataBytesMax) found.push(tooLongField('', dataBytesMax))
  return found
}
