import { expect, it } from 'vitest'

import { featureGatesFlag, runtimeConfigFlag } from './feature-flags.ts'

it('reads which features are on', () => {
  expect(featureGatesFlag(['A=true', ' B = f '])).toEqual({ A: true, B: false })
  expect(runtimeConfigFlag(['api/all=true', 'a/v1=', 'b/v1'])).toEqual({
    'api/all': true,
    'a/v1': true,
    'b/v1': true,
  })
  expect(featureGatesFlag([''])).toEqual({})
})

it('says what is wrong', () => {
  expect(() => featureGatesFlag(['A'])).toThrow('missing bool value for A')
  expect(() => runtimeConfigFlag(['A=maybe'])).toThrow(
    '--runtime-config: invalid value of A: maybe: expected true or false',
  )
})
