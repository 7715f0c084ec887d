import type { ConfigSection } from './config-section.ts'
import type { ProviderSpec } from './provider-draft.ts'
import type { SecretBook, SecretUse } from './secret-book.ts'

/** What people write where a server wants no key. */
const noKeys = new Set([
  '',
  'none',
  'null',
  'na',
  'n/a',
  'no-key',
  'not-needed',
  'dummy',
  'empty',
  'anything',
])

/** `spec.credentials` with one key. */
export function credentialsOf(secretRef: SecretUse | undefined): Pick<ProviderSpec, 'credentials'> {
  return secretRef === undefined ? {} : { credentials: [{ name: 'main', secretRef }] }
}

/** The key of `api_key`, otherwise of the variable in which LiteLLM looks for it; undefined without both. */
export function apiKeyOf(
  params: ConfigSection,
  hint: string,
  variable: string | undefined,
  secrets: SecretBook,
): SecretUse | undefined {
  const value = params.take('api_key')
  if (value === undefined) {
    return variable === undefined ? undefined : secrets.ofVariable(variable, params.take('model'))
  }
  if (noKeys.has(value.scalar()?.toLowerCase() ?? '')) return undefined
  return secrets.of(value, `${hint}-api-key`)
}
