import type { Contender } from '../contract/contender.ts'
import { envoy } from './envoy.ts'
import { fairlead } from './fairlead.ts'
import { httpUndici } from './http-undici.ts'
import { litellm } from './litellm.ts'
import { nginxKey } from './nginx-key.ts'
import { nginx } from './nginx.ts'
import { portkey } from './portkey.ts'
import { rawNet } from './raw-net.ts'

/** Every program that can be measured beside Fairlead, the cheapest first. */
export const peers: readonly Contender[] = [
  nginx,
  nginxKey,
  rawNet,
  httpUndici,
  envoy,
  portkey,
  litellm,
]

/** Every contender by its name. */
export const contenders: Readonly<Record<string, Contender>> = Object.fromEntries(
  [fairlead, ...peers].map((contender) => [contender.name, contender]),
)
