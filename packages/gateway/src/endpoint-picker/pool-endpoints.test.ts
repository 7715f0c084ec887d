import { describe, expect, it } from 'vitest'
import { PoolEndpoints } from './pool-endpoints.ts'

const endpoints = new PoolEndpoints({
  picker: { host: 'picker', port: 9002 },
  failureMode: 'FailClose',
  servers: [
    { address: '10.0.0.1', ports: [3000, 3002], isReady: true },
    { address: '10.0.0.2', ports: [3000, 3002], isReady: false },
    { address: '10.0.0.4', ports: [3002], isReady: false },
    { address: 'fd00::1', ports: [3000, 3002], isReady: true },
  ],
})

describe('endpoints that a picker names', () => {
  // gateway-api-inference-extension conformance/tests/gateway_following_epp_routing_dp.go:
  // "DP routes only to two designated pods; one has a fixed rank"
  it.each([
    ['10.0.0.1:3000', ['10.0.0.1:3000']],
    ['10.0.0.2:3002, 10.0.0.1:3000', ['10.0.0.2:3002', '10.0.0.1:3000']],
    ['[FD00::1]:3000', ['[fd00::1]:3000']],
    ['10.0.0.1:3000,10.0.0.1:3000', ['10.0.0.1:3000']],
    ['10.0.0.3:3000,10.0.0.1:3002', ['10.0.0.1:3002']],
  ])('of %s are %s', (destination, named) => {
    expect(endpoints.named(destination)).toEqual(named)
  })

  it.each([
    '',
    ',,',
    '10.0.0.1',
    '10.0.0.1:3001',
    '10.0.0.1:80',
    '10.0.0.4:3000',
    '10.0.0.1:03000',
    '169.254.169.254:3000',
    'localhost:3000',
    '10.0.0.1:3000/path',
    'http://10.0.0.1:3000',
    'user@10.0.0.1:3000',
    '[10.0.0.1]:3000',
    'fd00::1:3000',
  ])('are only those of the pool: none of %j', (destination) => {
    expect(endpoints.named(destination)).toEqual([])
  })
})

describe('endpoints that the gateway draws', () => {
  it.each([
    [0, ['10.0.0.1:3000', '10.0.0.1:3002', '[fd00::1]:3000', '[fd00::1]:3002']],
    [0.99, ['[fd00::1]:3002', '10.0.0.1:3000', '10.0.0.1:3002', '[fd00::1]:3000']],
  ])('are ready, beginning anywhere', (random, drawn) => {
    expect(endpoints.drawn(random)).toEqual(drawn)
  })
})
