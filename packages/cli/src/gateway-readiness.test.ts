import { expect, it } from 'vitest'
import { GatewayReadiness } from './gateway-readiness.ts'

it('a gateway is ready that listens, has a configuration, serves connections and does not stop', () => {
  const stop = new AbortController()
  const readiness = new GatewayReadiness(stop.signal)
  const check = () => readiness.check()
  expect(check).toThrow('not listening yet')
  const gateway = { hash: '', problem: undefined as string | undefined }
  readiness.listening({ configHash: () => gateway.hash, notServed: () => gateway.problem })
  expect(check).toThrow('no configuration is available')
  Object.assign(gateway, { hash: 'h', problem: 'no connection is served: no certificate' })
  expect(check).toThrow('no connection is served: no certificate')
  gateway.problem = undefined
  expect(check).not.toThrow()
  stop.abort()
  expect(check).toThrow('stopping')
})
