import type { OutgoingHttp, OutgoingRequest } from './provider-type.ts'

/**
 * A request to a fixed path with the key as a Bearer token, as OpenAI and most vendors expect it.
 */
export function bearerRequest(
  request: OutgoingRequest,
  path: string,
  credential: string | undefined,
): OutgoingHttp {
  const { basePath, headers, body } = request
  if (credential !== undefined) headers.push('authorization', `Bearer ${credential}`)
  return { path: basePath + path, headers, body }
}
