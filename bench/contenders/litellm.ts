import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../../tools/programs/find-program.ts'
import { litellm as program } from '../../tools/programs/litellm.ts'
import { freePort } from '../processes/free-port.ts'
import { benchKey, type Contender } from '../contract/contender.ts'

/** The best-known gateway, in Python. */
export const litellm: Contender = {
  name: 'litellm',
  title: "LiteLLM's proxy, in Python, with one worker and a master key",
  provide: async () => (await program.versionOf(await findProgram(program))) ?? 'unknown',
  async start(site) {
    const port = await freePort()
    const path = join(site.folder, 'litellm.json')
    const models = site.calls.map((call) => ({
      model_name: `${call.name}-model`,
      litellm_params: {
        model: call.provider === 'OpenAI' ? `openai/${call.name}` : `anthropic/${call.name}`,
        // For Anthropic it adds `/v1/messages`, unless that is there already.
        api_base:
          call.provider === 'OpenAI' ? site.baseURL(call) : `${site.baseURL(call)}/messages`,
        api_key: benchKey,
      },
    }))
    // JSON is YAML, which it reads.
    const settings = { model_list: models, general_settings: { master_key: benchKey } }
    writeFileSync(path, JSON.stringify(settings))
    return {
      process: site.start({
        name: 'litellm',
        command: await findProgram(program),
        args: [
          '--config',
          path,
          '--host',
          '127.0.0.1',
          '--port',
          String(port),
          '--num_workers',
          '1',
        ],
        environment: { LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_TELEMETRY: 'False' },
      }),
      url: () => `http://127.0.0.1:${port}/v1/chat/completions`,
      headers: () => ({ authorization: `Bearer ${benchKey}` }),
      checksKeys: true,
    }
  },
}
