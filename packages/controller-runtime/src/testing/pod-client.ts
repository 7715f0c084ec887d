import { silentLogger } from '@fairlead/base'
import { createClient, type ClientOptions } from '../client/create-client.ts'
import { fixedCredentials } from '../kube-config/kube-config.ts'
import { PodServer } from './pod-server.ts'

/** A server of pods' streams and a client of it. */
export async function startPodServer(
  options: Parameters<typeof PodServer.start>[0],
  clientOptions: ClientOptions = {},
): Promise<
  AsyncDisposable & {
    readonly server: PodServer
    readonly client: ReturnType<typeof createClient>
  }
> {
  const server = await PodServer.start(options)
  const credentials = fixedCredentials({ authorization: 'Bearer secret' })
  const config = { server: server.url, tls: {}, credentials }
  const client = createClient(config, { logger: silentLogger, ...clientOptions })
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      await client.close()
      await server[Symbol.asyncDispose]()
    },
  }
}
