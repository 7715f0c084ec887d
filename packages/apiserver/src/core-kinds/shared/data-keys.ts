import type { FieldError } from '@fairlead/kube-core'

const keyPattern = /^[-._a-zA-Z0-9]+$/
const keyLengthMax = 253

/** Validation errors for the keys of a ConfigMap or Secret. */
export function invalidDataKeys(data: object, field: string): FieldError[] {
  return Object.keys(data).flatMap((key) =>
    checkDataKey(key).map((detail) => ({
      type: 'Invalid' as const,
      field: `${field}[${key}]`,
      badValue: key,
      detail,
    })),
  )
}

/** Problems of one key, as IsConfigMapKey in Kubernetes' API machinery. */
export function checkDataKey(key: string): readonly string[] {
  const problems = []
  if (key.length > keyLengthMax) problems.push(`must be no more than ${keyLengthMax} characters`)
  if (!keyPattern.test(key)) {
    problems.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
        "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    )
  }
  if (key === '.') problems.push("must not be '.'")
  else if (key === '..') problems.push("must not be '..'")
  else if (key.startsWith('..')) problems.push("must not start with '..'")
  return problems
}
