import {
  errors,
  storedSecretData,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { invalidDataKeys } from '../shared/data-keys.ts'
import { immutableDataErrors } from '../shared/immutable-data.ts'

const dataBytesMax = 1024 * 1024

/** Keys that a Secret of a well-known type must have. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

export const secretRules: KindRules = {
  group: '',
  plural: 'secrets',
  selectableFields: ['type'],
  columns: [
    textColumn('Type', 'What the secret is for', (secret) => secret['type'] ?? ''),
    {
      ...textColumn('Data', 'Number of entries', (secret) => {
        return Object.keys(recordAt(secret, 'data')).length
      }),
      type: 'integer',
    },
  ],
  writeRules: {
    prepareForCreate: normalise,
    prepareForUpdate: normalise,
    validate,
    validateUpdate(secret, previous) {
      const typeErrors: FieldError[] =
        secret['type'] === previous['type']
          ? []
          : [
              {
                type: 'Invalid',
                field: 'type',
                badValue: secret['type'],
                detail: 'field is immutable',
              },
            ]
      return [...typeErrors, ...immutableDataErrors(secret, previous, ['data'])]
    },
  },
}

function normalise(secret: KubernetesObject): void {
  secret['type'] ||= 'Opaque'
  const { data, problems } = storedSecretData(secret)
  // The message names the key, never the value.
  const [problem] = problems
  if (problem !== undefined) {
    throw errors.badRequest(`Secret in version "v1" cannot be handled as a Secret: ${problem}`)
  }
  delete secret['stringData']
  if (Object.keys(data).length > 0) secret['data'] = data
}

function validate(secret: KubernetesObject): FieldError[] {
  const data = recordAt(secret, 'data')
  const found = invalidDataKeys(data, 'data')
  const bytes = Object.values(data).reduce<number>(
    (sum, value) => sum + Buffer.byteLength(String(value), 'base64'),
    0,
  )
  if (bytes > dataBytesMax) {
    const detail = `may not be more than ${dataBytesMax} bytes`
    found.push({ type: 'TooLong', field: 'data', detail })
  }
  for (const key of requiredKeys[String(secret['type'])] ?? []) {
    if (key in data) continue
    found.push({ type: 'Required', field: `data[${key}]`, detail: '' })
  }
  return found
}
