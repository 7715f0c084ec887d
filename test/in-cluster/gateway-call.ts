import type { PodProcess } from './pod-process.ts'

/** Where the gateway of the process takes calls. */
export function gatewayURL({ command }: PodProcess): Promise<string> {
  return command.prints(/The gateway listens at (\S+)/)
}

/** The HTTP status that a chat completion with the API key gets. */
export async function statusOfCall(url: string, key: string): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'hi' }] }),
  })
  await response.text()
  return response.status
}
