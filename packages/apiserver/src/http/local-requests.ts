import { errors } from '@fairlead/kube-core'

import { mastersGroup, type User } from '../auth/user.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import type { Handled } from '../exchange/api-response.ts'
import { parseRequestTarget } from './request-target.ts'

/** What a request that comes over no connection may say beside its body. */
export interface LocalRequestOptions {
  /** Defaults to `application/json`; a patch needs its own. */
  readonly contentType?: string
  /** Defaults to a user who is allowed everything. */
  readonly user?: User
}

/**
 * Makes a request within the process; resolves to the decoded answer, a text where it is no JSON.
 * @throws StatusError as the API would answer; an Error for a path that streams, such as a watch
 */
export type LocalRequest = (
  method: string,
  path: string,
  body?: unknown,
  options?: LocalRequestOptions,
) => Promise<unknown>

const administrator: User = { name: 'admin', groups: [mastersGroup, 'system:authenticated'] }

/** Requests that go to the handler directly. */
export function localRequests(
  handle: (request: ApiRequest) => Handled | Promise<Handled>,
): LocalRequest {
  return async (method, path, body, { contentType = 'application/json', user } = {}) => {
    const target = parseRequestTarget(path)
    if (target === undefined) throw errors.badRequest(`${path} is not a path`)
    const answer = await handle({
      method,
      ...target,
      accept: 'application/json',
      contentType,
      userAgent: 'fairlead-apiserver',
      ifNoneMatch: '',
      host: 'localhost',
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      user: user ?? administrator,
      warn: () => {},
    })
    if ('start' in answer) {
      answer.stop()
      throw new Error(`${method} ${path} streams: it needs a connection`)
    }
    const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false
    const text = answer.body.toString()
    return isJson ? (JSON.parse(text) as unknown) : text
  }
}
