import { findProgram } from '../../tools/programs/find-program.ts'
import { portkey as program } from '../../tools/programs/portkey.ts'
import { freePort } from '../processes/free-port.ts'
import { benchKey, type Contender } from '../contract/contender.ts'

/** The comparable gateway on Node.js. It is told in headers where to send a call. */
export const portkey: Contender = {
  name: 'portkey',
  title: "Portkey's gateway, on Node.js; it checks no keys",
  provide: async () => (await program.versionOf(await findProgram(program))) ?? 'unknown',
  async start(site) {
    const port = await freePort()
    const script = await findProgram(program)
    return {
      process: site.start({
        name: 'portkey',
        command: process.execPath,
        args: [script, `--port=${port}`, '--headless'],
        environment: { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: 'localhost,127.0.0.1' },
      }),
      url: () => `http://127.0.0.1:${port}/v1/chat/completions`,
      headers: (call) => ({
        authorization: `Bearer ${benchKey}`,
        'x-portkey-provider': call.provider === 'OpenAI' ? 'openai' : 'anthropic',
        'x-portkey-custom-host': site.baseURL(call),
      }),
      checksKeys: false,
    }
  },
}
