import { startApiServer } from '@fairlead/apiserver'
import type { PlayedServer } from './connection.ts'

/** Starts a server as the recorded one was started: with nothing in it. */
export async function startPlayedServer(): Promise<PlayedServer & { stop(): Promise<void> }> {
  const server = await startApiServer()
  return {
    url: server.url,
    ca: server.caCertificate,
    authorization: `Bearer ${server.adminToken}`,
    stop: () => server.stop(),
  }
}
