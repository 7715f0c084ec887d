import { startApiServer } from '@fairlead/apiserver'
import type { PlayedServer } from './connection.ts'

/** Starts a server as the recorded one was started: empty, and without controllers. */
export async function startPlayedServer(): Promise<PlayedServer & { stop(): Promise<void> }> {
  const server = await startApiServer({ controllers: false })
  return {
    url: server.url,
    ca: server.caCertificate,
    authorization: `Bearer ${server.adminToken}`,
    stop: () => server.stop(),
  }
}
