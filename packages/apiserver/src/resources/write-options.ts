import {
  errors,
  goStrings,
  supportedValues,
  validateFieldManager,
  type FieldError,
} from '@fairlead/kube-core'

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

/** Which write it is; `apply` is a patch of its own kind. */
export type WriteKind = 'create' | 'update' | 'patch' | 'apply'

const optionsKinds: Readonly<Record<WriteKind, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  apply: 'PatchOptions',
}

const managerBytesMax = 128
const validations = ['', 'Ignore', 'Strict', 'Warn'] as const

/**
 * Reads them from a request, as ValidateCreateOptions and ValidatePatchOptions in apimachinery;
 * `fieldManager` defaults to the program's name in User-Agent.
 * @throws StatusError 422
 */
export function parseWriteOptions(
  kind: WriteKind,
  query: URLSearchParams,
  userAgent: string,
  warn: (message: string) => void,
): WriteOptions {
  const dryRun = query.getAll('dryRun')
  const manager = query.get('fieldManager') ?? ''
  const validation = query.get('fieldValidation') ?? ''
  const found = [
    ...(kind === 'patch' ? forceErrors(query) : []),
    ...(kind === 'apply' && manager === '' ? [managerRequired] : []),
    ...validateFieldManager(manager),
    ...dryRunErrors(dryRun),
    ...validationErrors(validation),
  ]
  if (found.length > 0) throw errors.invalid(`${optionsKinds[kind]}.meta.k8s.io`, '', found)
  return {
    dryRun: isDryRun(dryRun),
    fieldManager: manager || managerFrom(userAgent),
    fieldValidation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
    warn,
  }
}

const managerRequired: FieldError = {
  type: 'Required',
  field: 'fieldManager',
  detail: 'is required for apply patch',
}

function forceErrors(query: URLSearchParams): FieldError[] {
  if (!query.has('force')) return []
  const detail = 'may not be specified for non-apply patch'
  return [{ type: 'Forbidden', field: 'force', detail }]
}

/** The manager of a program that names none. */
export function managerFrom(userAgent: string): string {
  const name = userAgent.split('/')[0] ?? ''
  return truncated(name.replaceAll(/[^\x20-\x7e]/g, '')) || 'unknown'
}

function truncated(name: string): string {
  return name.slice(0, managerBytesMax)
}

export function dryRunErrors(values: readonly string[]): FieldError[] {
  if (values.every((value) => value === 'All')) return []
  const detail = supportedValues(['All'])
  return [{ type: 'Unsupported', field: 'dryRun', badValue: goStrings(values), detail }]
}

export function isDryRun(values: readonly string[]): boolean {
  return values.length > 0
}

function validationErrors(value: string): FieldError[] {
  if (validations.some((each) => each === value)) return []
  const detail = supportedValues(validations)
  return [{ type: 'Unsupported', field: 'fieldValidation', badValue: value, detail }]
}
