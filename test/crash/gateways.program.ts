import { parseArgs } from 'node:util'
import { providePrograms } from '../../tools/programs/provide-programs.ts'
import { killGateways } from './killed-gateways.ts'
import { storeServerKinds } from './store-servers.ts'

// npm run crash:gateways -- --kills 50: two gateways on one store are killed under load, and the store's
// server in between; nothing that a caller was told may be lost or doubled.
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    'server-kills': { type: 'string', default: '25' },
    callers: { type: 'string', default: '16' },
    stores: { type: 'string', default: storeServerKinds.map(({ name }) => name).join(',') },
    seed: { type: 'string', default: '1' },
    /** No kill of the gateways on one store begins later. */
    seconds: { type: 'string', default: '900' },
  },
})
const options = {
  kills: Number(values.kills),
  serverKills: Number(values['server-kills']),
  callers: Number(values.callers),
  seed: Number(values.seed),
  seconds: Number(values.seconds),
}
const chosen = storeServerKinds.filter(({ name }) => values.stores.split(',').includes(name))
let isRight = chosen.length > 0
for (const kind of chosen) {
  await providePrograms(kind.programs)
  const { acknowledged, kills, problems, sentAgain, serverKills } = await killGateways(
    kind,
    options,
  )
  const count = (what: string) => problems.filter((problem) => problem.startsWith(what)).length
  process.stdout.write(
    `${kind.name}: ${kills} kills of a gateway, ${serverKills} of the server: ` +
      `${acknowledged} turns acknowledged, ${sentAgain} calls sent again, ` +
      `${count('lost')} lost, ${count('doubled')} doubled, ${problems.length} problems\n`,
  )
  for (const problem of problems.slice(0, 20)) process.stdout.write(`${problem}\n`)
  isRight &&= problems.length === 0 && kills > 0
}
process.exit(isRight ? 0 : 1)
