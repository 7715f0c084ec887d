import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { replicaName } from './data-plane.ts'

describe('replicaName', () => {
  it('is the same after a restart and another for a second port of the machine', () => {
    const host = hostname()
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]/g, '-')
    expect(replicaName({ replica: undefined, gatewayPort: 8080 })).toBe(`${host}-8080`)
    expect(replicaName({ replica: undefined, gatewayPort: 0 })).toBe(host)
  })

  it('is what it was told, in the alphabet of field managers', () => {
    expect(replicaName({ replica: 'Edge 1', gatewayPort: 8080 })).toBe('edge-1')
  })
})
