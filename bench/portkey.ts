import { findProgram } from '../tools/programs/find-program.ts'
import { portkey } from '../tools/programs/portkey.ts'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'

/** The comparable competitor: a gateway on Node.js. */
export async function startPortkey(port: number): Promise<MeasuredProcess> {
  const script = await findProgram(portkey)
  return startMeasured(process.execPath, [script, `--port=${port}`, '--headless'], {
    NODE_ENV: 'production',
    TRUSTED_CUSTOM_HOSTS: 'localhost,127.0.0.1',
  })
}

/** Tells Portkey where to send a call. */
export function portkeyHeaders(baseURL: string): Record<string, string> {
  return {
    authorization: 'Bearer sk-bench',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': baseURL,
  }
}
