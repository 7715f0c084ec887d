import { describe, expect, it } from 'vitest'
import { tokenReviewer } from './token-reviews.ts'

const username = 'system:serviceaccount:shop:web'
const answering = (status: object) =>
  tokenReviewer({
    create: (_type: unknown, question: object) => Promise.resolve({ ...question, status }),
  } as never)

describe('what Kubernetes says of a token', () => {
  it.each<[string, object, readonly string[], boolean]>([
    ['good, for any audience', { authenticated: true }, [], true],
    [
      'good, for this one',
      { authenticated: true, audiences: ['x', 'fairlead'] },
      ['fairlead'],
      true,
    ],
    ['good, for another one', { authenticated: true, audiences: ['other'] }, ['fairlead'], false],
    ['good, and nothing of audiences', { authenticated: true }, ['fairlead'], false],
    ['nothing', { audiences: ['fairlead'] }, ['fairlead'], false],
  ])('is believed: %s', async (_, status, audiences, authenticated) => {
    const review = await answering({ ...status, user: { username } })('token', audiences)
    expect(review).toEqual(authenticated ? { authenticated, username } : { authenticated })
  })
})
