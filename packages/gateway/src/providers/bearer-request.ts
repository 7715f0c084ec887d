import type { OutgoingHttp, OutgoingRequest } from './provider-type.ts'

/** A request at a fixed path with the key as a Bearer token, as OpenAI and most vendors take it. */
export function bearerRequest(
  request: OutgoingRequest,
  path: string,
  credential: string | undefined,
): OutgoingHttp {
  return {
    path: request.basePath + path,
    headers:
      credential === undefined
        ? request.headers
        : [...request.headers, 'authorization', `Bearer ${credential}`],
    body: request.body,
  }
}
