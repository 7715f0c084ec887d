import { describe, expect, it } from 'vitest'
import { capabilities } from './capabilities.ts'

const addresses = capabilities.providerTypes.flatMap(({ address, presets }) => [
  ...presets.values(),
  ...(address === undefined ? [] : [address]),
])

it('keeps the paths of all surfaces for the gateway itself', () => {
  expect(capabilities.ownSegments).toEqual(['v1', 'v1beta', 'v1alpha', 'v2', 'prompts', 'api'])
})

describe('the address of every provider type and preset', () => {
  it.each(addresses)('%s is a URL without a trailing slash', (address) => {
    expect(URL.canParse(address.replaceAll(/[{}]/g, ''))).toBe(true)
    expect(address).not.toMatch(/\/$/)
  })
})
