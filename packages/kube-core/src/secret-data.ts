import { isJsonObject } from '@fairlead/base'
import type { Secret } from './built-in-types.ts'
import { jsonObject, member } from './json-object.ts'
import type { KubernetesObject } from './object.ts'

/** The text under a key of a stored Secret; undefined without the Secret or the key. */
export function secretText(secret: Secret | undefined, key: string): string | undefined {
  const encoded = member(secret?.data ?? {}, key)
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : undefined
}

/** What an API server stores as the `data` of a written Secret. */
interface StoredSecretData {
  /** Base64, with `stringData`, which takes precedence. */
  readonly data: Record<string, string>
  /** Why the Secret is refused: `data.key: illegal base64 data`. Never contains a value. */
  readonly problems: readonly string[]
}

/** Encodes the `stringData` of a Secret as it was written into its `data`, and checks both. */
export function storedSecretData(secret: KubernetesObject): StoredSecretData {
  const problems: string[] = []
  const given = textsOf(secret, 'data', problems)
  for (const [key, value] of given) {
    if (!isBase64(value)) problems.push(`data.${key}: illegal base64 data`)
  }
  const encoded = textsOf(secret, 'stringData', problems).map(
    ([key, value]) => [key, Buffer.from(value).toString('base64')] as const,
  )
  return { data: jsonObject([...given, ...encoded]) as Record<string, string>, problems }
}

/** The entries of a map of texts; null counts as empty, as in Go. */
function textsOf(
  secret: KubernetesObject,
  field: 'data' | 'stringData',
  problems: string[],
): (readonly [string, string])[] {
  const map = secret[field] ?? {}
  if (!isJsonObject(map)) {
    problems.push(`${field}: must be a map`)
    return []
  }
  return Object.entries(map).flatMap(([key, value]) => {
    if (value === null) return [[key, ''] as const]
    if (typeof value === 'string') return [[key, value] as const]
    problems.push(`${field}.${key}: must be a string`)
    return []
  })
}

/** Standard base64 with padding, as Go's decoder requires; it skips line breaks. */
export function isBase64(value: string): boolean {
  const compact = value.replaceAll(/[\r\n]/g, '')
  return compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact)
}
