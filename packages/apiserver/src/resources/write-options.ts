import { errors } from '@fairlead/kube-core'

type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** A field that occurs more than once. */
export interface DuplicateField {
  /** Such as `spec.size`; absent where it is not known. */
  readonly path?: string
  /** What a strict reader says. */
  readonly problem: string
}

/** The query parameters shared by create, update and patch. */
export interface WriteOptions {
  readonly dryRun: boolean
  /** The field manager. */
  readonly fieldManager: string
  readonly fieldValidation: FieldValidation
  /** What occurs more than once in the body. */
  readonly duplicates?: readonly DuplicateField[]
  /** Collects the warnings sent to the client in Warning headers. */
  readonly warn: (message: string) => void
}

const managerLengthMax = 128

/** Reads them from a request; `fieldManager` defaults to the program's name in User-Agent. */
export function parseWriteOptions(
  query: URLSearchParams,
  userAgent: string,
  warn: (message: string) => void,
): WriteOptions {
  return {
    dryRun: parseDryRun(query.getAll('dryRun')),
    fieldManager: parseFieldManager(query.get('fieldManager')) || managerFrom(userAgent),
    fieldValidation: parseFieldValidation(query.get('fieldValidation')),
    warn,
  }
}

export function parseDryRun(values: readonly unknown[]): boolean {
  const given = values.filter((value) => value !== '')
  if (given.some((value) => value !== 'All')) {
    throw invalidOption(
      `dryRun: Unsupported value: ${JSON.stringify(given)}: supported values: "All"`,
    )
  }
  return given.length > 0
}

function parseFieldManager(value: string | null): string {
  if (value === null) return ''
  if (value.length > managerLengthMax) {
    throw invalidOption(`fieldManager: Too long: may not be more than ${managerLengthMax} bytes`)
  }
  if (!/^\P{C}*$/u.test(value)) {
    throw invalidOption(
      `fieldManager: Invalid value: ${JSON.stringify(value)}: should only contain printable characters`,
    )
  }
  return value
}

function parseFieldValidation(value: string | null): FieldValidation {
  if (value === null || value === '') return 'Warn'
  if (value === 'Strict' || value === 'Warn' || value === 'Ignore') return value
  throw invalidOption(
    `fieldValidation: Invalid value: ${JSON.stringify(value)}: fieldValidation parameter must be one of Ignore, Warn, Strict`,
  )
}

function managerFrom(userAgent: string): string {
  return (userAgent.split('/')[0] ?? '').slice(0, managerLengthMax) || 'unknown'
}

function invalidOption(message: string): Error {
  return errors.badRequest(`invalid options: ${message}`)
}
