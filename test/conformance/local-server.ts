import { startApiServer } from '@fairlead/apiserver'
import type { PlayedServer } from './connection.ts'

const token = 'administrator-of-the-recording'

/** Starts a server as the recorded one was started: empty, and without controllers. */
export async function startPlayedServer(): Promise<PlayedServer & { stop(): Promise<void> }> {
  const server = await startApiServer({
    controllers: false,
    staticTokens: [
      { token, user: { name: 'admin', uid: 'admin-uid', groups: ['system:masters'] } },
    ],
  })
  return {
    url: server.url,
    ca: server.caCertificate,
    authorization: `Bearer ${token}`,
    stop: () => server.stop(),
  }
}
