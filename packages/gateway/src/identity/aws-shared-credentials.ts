import type { AwsKeys } from './aws-signature.ts'

/**
 * The keys in a text of the form of AWS's shared credentials file: those of the profile `default`,
 * otherwise of the first. Undefined for a text that is none.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export function readSharedCredentials(text: string): AwsKeys | undefined {
  const profiles = new Map<string, Map<string, string>>()
  let profile: Map<string, string> | undefined
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue
    if (trimmed.startsWith('[') && trimmed.endsWith(']')) {
      profile = new Map()
      profiles.set(trimmed.slice(1, -1).trim(), profile)
      continue
    }
    const mark = trimmed.indexOf('=')
    if (mark === -1 || profile === undefined) return undefined
    profile.set(trimmed.slice(0, mark).trim(), trimmed.slice(mark + 1).trim())
  }
  const [first] = profiles.values()
  const chosen = profiles.get('default') ?? first
  const accessKeyID = chosen?.get('aws_access_key_id')
  const secretAccessKey = chosen?.get('aws_secret_access_key')
  if (!accessKeyID || !secretAccessKey) return undefined
  return { accessKeyID, secretAccessKey, sessionToken: chosen?.get('aws_session_token') }
}
