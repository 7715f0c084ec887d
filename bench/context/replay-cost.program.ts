import { readdir, readFile } from 'node:fs/promises'
import { comparedStrategies } from './compared-strategies.ts'
import { exchangesOf, replayCost } from './replay-cost.ts'

/** Prints what replaying the chats of a folder costs by strategy: `chat.json` in a folder each. */
const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('name the folder of the chats')
const chats = await Promise.all(
  (await readdir(folder)).map(async (name) =>
    exchangesOf(JSON.parse(await readFile(`${folder}/${name}/chat.json`, 'utf8'))),
  ),
)
let first: number | undefined
for (const { name, strategy } of comparedStrategies) {
  const totals = { cost: 0, inputTokens: 0, cachedTokens: 0, summaries: 0 }
  for (const chat of chats) {
    const replayed = await replayCost(chat, strategy)
    totals.cost += replayed.cost
    totals.inputTokens += replayed.inputTokens
    totals.cachedTokens += replayed.cachedTokens
    totals.summaries += replayed.summaries
  }
  first ??= totals.cost
  const hit = ((totals.cachedTokens / totals.inputTokens) * 100).toFixed(1)
  const share = (totals.cost / first).toFixed(3)
  process.stdout.write(
    `${name}: ${Math.round(totals.cost)} (${share}), ${totals.inputTokens} tokens, ${hit} % cached, ${totals.summaries} summaries\n`,
  )
}
