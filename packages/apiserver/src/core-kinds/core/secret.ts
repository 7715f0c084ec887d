import { isJsonObject } from '@fairlead/base'
import {
  errors,
  invalidField,
  requiredField,
  storedSecretData,
  tooLongField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { goNameOf } from '../../decoding/decode-walk.ts'
import { jsonSyntaxError } from '../../decoding/json-syntax-error.ts'
import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textAt, type Fields } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { invalidDataKeys } from '../shared/data-keys.ts'
import { immutableDataErrors } from '../shared/immutable-data.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { keyPairProblem } from './key-pair.ts'

const dataBytesMax = 1024 * 1024
const accountAnnotation = 'kubernetes.io/service-account.name'

/** As Kubernetes' Secret strategy, defaults and validation. */
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
    defaults: normalise,
    validate: (secret, previous) => [
      ...(previous === undefined
        ? []
        : [
            ...immutableErrors(secret, previous, '', ['type']),
            ...immutableDataErrors(secret, previous, ['data']),
          ]),
      ...validate(secret),
    ],
    warnings: keyPairWarnings,
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
  if (bytes > dataBytesMax) found.push(tooLongField('data', dataBytesMax))
  return [...found, ...validateType(secret, data)]
}

/** What a Secret of a well-known type must have. */
function validateType(secret: KubernetesObject, data: Fields): FieldError[] {
  const missing = (keys: readonly string[]): FieldError[] =>
    keys.filter((key) => !Object.hasOwn(data, key)).map((key) => requiredField(`data[${key}]`))
  switch (secret['type']) {
    case 'kubernetes.io/service-account-token':
      if (secret.metadata.annotations?.[accountAnnotation]) return []
      return [requiredField(`metadata.annotations[${accountAnnotation}]`)]
    case 'kubernetes.io/dockercfg':
      return validateJson(data, '.dockercfg')
    case 'kubernetes.io/dockerconfigjson':
      return validateJson(data, '.dockerconfigjson')
    case 'kubernetes.io/basic-auth': {
      const keys = ['username', 'password']
      return missing(keys).length < keys.length ? [] : missing(keys)
    }
    case 'kubernetes.io/ssh-auth':
      return textAt(data, 'ssh-privatekey') === '' ? [requiredField('data[ssh-privatekey]')] : []
    case 'kubernetes.io/tls':
      return missing(['tls.crt', 'tls.key'])
    default:
      return []
  }
}

function validateJson(data: Fields, key: string): FieldError[] {
  const field = `data[${key}]`
  if (!Object.hasOwn(data, key)) return [requiredField(field)]
  const problem = jsonProblem(Buffer.from(textAt(data, key), 'base64'))
  return problem === undefined ? [] : [invalidField(field, '<secret contents redacted>', problem)]
}

/** As warningsForSecret in Kubernetes' Secret strategy. */
function keyPairWarnings(secret: KubernetesObject): readonly string[] {
  if (secret['type'] !== 'kubernetes.io/tls') return []
  const data = recordAt(secret, 'data')
  const [certificate, key] = ['tls.crt', 'tls.key'].map((name) => {
    return Buffer.from(textAt(data, name), 'base64').toString('latin1')
  })
  const problem = keyPairProblem(certificate ?? '', key ?? '')
  return problem === undefined ? [] : [`tls: ${problem}`]
}

/** Why a text is no JSON object, in Go's words. */
function jsonProblem(bytes: Buffer): string | undefined {
  const problem = jsonSyntaxError(bytes)
  if (problem !== undefined) return problem
  const value: unknown = JSON.parse(bytes.toString('utf8'))
  if (value === null || isJsonObject(value)) return undefined
  return `json: cannot unmarshal ${goNameOf(value)} into Go value of type map[string]interface {}`
}
