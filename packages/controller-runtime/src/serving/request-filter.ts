import type { Logger } from '@fairlead/base'
import { type AccessReviews } from './access-reviews.ts'
import { type HttpAnswer, type HttpHandler, type HttpRequest, textAnswer } from './http-handler.ts'
import { TooManyReviewsError } from './review-cache.ts'

/** What stands before a handler: it answers itself, or calls the handler. */
export type RequestFilter = (handler: HttpHandler) => HttpHandler

/**
 * Lets through whoever the API server knows and allows: the request needs a bearer token, and its
 * user the verb (the method in lower case) on the path as a `nonResourceURLs` of a ClusterRole. The
 * operator itself needs `create` on `tokenreviews` and `subjectaccessreviews`.
 */
export function withAuthenticationAndAuthorization(
  reviews: Pick<AccessReviews, 'userOf' | 'isAllowed'>,
  logger: Logger,
): RequestFilter {
  const unable = (error: unknown, message: string): HttpAnswer => {
    if (error instanceof TooManyReviewsError) return textAnswer(503, 'Too many reviews\n')
    logger.error({ err: error }, message)
    return textAnswer(500, `${message}\n`)
  }
  return (handler) => async (request) => {
    const token = bearerToken(request)
    if (token === undefined) return unauthorized
    const user = await reviews.userOf(token).catch((error: unknown) => ({ error }))
    if (user === undefined) return unauthorized
    if ('error' in user) return unable(user.error, 'Authentication failed')
    const access = { path: request.path, verb: request.method.toLowerCase() }
    const name = user.username ?? ''
    const allowed = await reviews.isAllowed(user, access).catch((error: unknown) => ({ error }))
    if (typeof allowed !== 'boolean') {
      return unable(allowed.error, `Authorization for user ${name} failed`)
    }
    if (!allowed) return textAnswer(403, `Authorization denied for user ${name}\n`)
    return handler(request)
  }
}

const unauthorized = textAnswer(401, 'Unauthorized\n')

function bearerToken({ headers }: HttpRequest): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
}
