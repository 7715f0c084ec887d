import type { OwnCallContext, OwnCalls } from '../call/own-calls.ts'
import type { Services } from '../call/services.ts'
import type { Surface, SurfaceRequest } from '../surfaces/surface.ts'
import { surfaces } from '../surfaces/surfaces.ts'
import { testGateway, type TestGateway } from './test-gateway.ts'

/** What a test makes calls of the gateway itself with. */
interface OwnCallBench {
  readonly gateway: TestGateway
  /** Own calls for the caller that sends this key; for an anonymous one without it. */
  as: (key?: string) => Promise<{
    readonly calls: OwnCalls
    readonly on: OwnCallContext
    readonly services: Services
  }>
}

/** A gateway whose own calls a test can make. */
export async function ownCallBench(
  parts: Parameters<typeof testGateway>[0],
): Promise<OwnCallBench> {
  let asked: SurfaceRequest | undefined
  const [first] = surfaces
  if (first === undefined) throw new Error('there are no surfaces')
  const surface: Surface = {
    name: 'own',
    dialect: first.dialect,
    routes: [
      {
        method: 'GET',
        path: '/own',
        answer(request) {
          asked = request
          return {}
        },
      },
    ],
  }
  const gateway = await testGateway({
    ...parts,
    options: { ...parts.options, surfaces: [...surfaces, surface] },
  })
  return {
    gateway,
    async as(key) {
      const headers = key === undefined ? {} : { 'x-fairlead-key': key }
      const response = await fetch(`${gateway.url}/own`, { headers })
      if (asked === undefined) throw new Error(`refused: ${await response.text()}`)
      const { caller, runtime, services } = asked
      return {
        services,
        calls: services.ownCalls,
        on: {
          runtime,
          caller,
          purpose: 'summary',
          requestId: 'req_parent',
          signal: new AbortController().signal,
          timeoutMs: 5_000,
        },
      }
    },
  }
}
