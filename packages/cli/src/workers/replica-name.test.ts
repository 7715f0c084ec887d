import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { replicaName, workerName } from './replica-name.ts'

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

describe('workerName', () => {
  it('is the replica as long as it is alone, and has an index otherwise', () => {
    expect(workerName('edge', 0, 1)).toBe('edge')
    expect(workerName('edge', 0, 2)).toBe('edge-0')
    expect(workerName('x'.repeat(63), 12, 64)).toBe(`${'x'.repeat(60)}-12`)
  })
})
