import { expect, it } from 'vitest'
import type { Deployment } from './deployment.ts'
import { targetWeights } from './target-weights.ts'

type Shares = Partial<Pick<Deployment, 'weight' | 'requestsPerMinute' | 'tokensPerMinute'>>

const weightsOf = (...shares: readonly Shares[]) => targetWeights(shares as readonly Deployment[])

// LiteLLM litellm/router_strategy/simple_shuffle.py draws by the first of weight, rpm and tpm.
it('draws by weight, else by calls, else by tokens', () => {
  expect(
    weightsOf({ weight: 9, requestsPerMinute: 1 }, { weight: 1, requestsPerMinute: 9 }),
  ).toEqual([9, 1])
  expect(weightsOf({ requestsPerMinute: 60 }, { requestsPerMinute: 600 })).toEqual([1, 10])
  expect(weightsOf({ tokensPerMinute: 1000 }, { tokensPerMinute: 3000 })).toEqual([1, 3])
})

it('gives nothing to a deployment that lacks what the first one has', () => {
  expect(weightsOf({ requestsPerMinute: 6 }, { tokensPerMinute: 9 })).toEqual([1, 0])
})

it('makes whole numbers of parts, none of which is lost', () => {
  expect(weightsOf({ weight: 0.7 }, { weight: 0.3 })).toEqual([1000, 429])
  expect(weightsOf({ weight: 0.5 }, { weight: 0.5 }, { weight: 0 })).toEqual([1, 1, 0])
  expect(weightsOf({ weight: 5_000_000 }, { weight: 1 })).toEqual([1000, 1])
})

it('says nothing where all are equal, or alone', () => {
  expect(weightsOf({ weight: 2 }, { weight: 2 })).toBeUndefined()
  expect(weightsOf({}, { weight: 2 })).toBeUndefined()
  expect(weightsOf({ weight: 2 })).toBeUndefined()
})
