import {
  type CommandDeclaration,
  type FlagDeclaration,
  variableOf,
} from '../declarations/declaration.ts'
import { everyCommandsFlags } from '../declarations/shared-flags.ts'
import { flagMeaning, flagTerm } from '../help-text.ts'
import type { GeneratedParts } from './generated-parts.ts'
import { markdownTable } from './markdown-table.ts'

/** The parts of docs/command-line.md: the list of commands, and a section for each. */
export function commandLineReference(commands: readonly CommandDeclaration[]): GeneratedParts {
  const list = commands.map(({ name, summary }) => [
    `[\`fairlead ${name}\`](#fairlead-${name})`,
    inCell(summary),
  ])
  return new Map([
    ['commands', markdownTable(['Command', 'Does'], list)],
    ['every command', flagTable(everyCommandsFlags)],
    ['reference', commands.map(section).join('\n\n')],
  ])
}

function section(command: CommandDeclaration): string {
  const { about, examples = [], flags, name, notes, summary, usage } = command
  const block = (lines: readonly string[]) => `\`\`\`text\n${lines.join('\n')}\n\`\`\``
  return [
    `## fairlead ${name}`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    ...(about === undefined ? [] : [about]),
    block(usage.map((line) => `fairlead ${line}`)),
    ...(flags.length === 0 ? [] : [flagTable(flags)]),
    ...(notes === undefined ? [] : [notes]),
    ...(examples.length === 0
      ? []
      : [block(examples.flatMap(({ does, line }) => [`# ${does}`, line]))]),
  ].join('\n\n')
}

function flagTable(flags: readonly FlagDeclaration[]): string {
  return markdownTable(
    ['Flag', 'Variable', 'Default', 'Means'],
    flags.map((flag) => [
      `\`${flagTerm(flag)}\``,
      flag.hasVariable === true ? `\`${variableOf(flag.name)}\`` : '',
      inCell(flag.default ?? ''),
      inCell(flagMeaning(flag)),
    ]),
  )
}

/** Bars end a cell. */
function inCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
