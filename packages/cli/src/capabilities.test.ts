import { describe, expect, it } from 'vitest'
import { capabilities } from './capabilities.ts'

const addresses = capabilities.providerTypes.flatMap(({ address, presets }) => [
  ...presets.values(),
  ...(address === undefined ? [] : [address]),
])

describe('the address of every provider type and preset', () => {
  it.each(addresses)('%s is a URL without a trailing slash', (address) => {
    expect(URL.canParse(address)).toBe(true)
    expect(address).not.toMatch(/\/$/)
  })
})
