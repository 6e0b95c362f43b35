/** What is wrong in an experiment file is marked once, with our words, and can be mended. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { closeEditors, openFile, replaceText, settledDiagnostics, until, writeFile } from '../support';

const data = 'review,label\nA fine film,good\nA dull film,bad\nfine again,good\ndull again,bad\n';

function experiment(options: object): string {
  const whole = {
    data: { train: 'films.csv', text: 'review', validation: 0.5 },
    model: { type: 'gru' },
    ...options,
  };
  return JSON.stringify(whole, null, 2);
}

/** VS Code's own JSON support has looked at a document when it knows the document's symbols. */
async function jsonSupportIsUp(document: vscode.TextDocument): Promise<void> {
  await until('symbols of VS Code’s JSON support', async () => {
    const symbols = await vscode.commands.executeCommand<unknown[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    return (symbols?.length ?? 0) > 0;
  });
}

function marked(document: vscode.TextDocument, { range }: vscode.Diagnostic): string {
  return document.getText(range);
}

async function fixesAt(document: vscode.TextDocument, { range }: vscode.Diagnostic) {
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    vscode.CodeActionKind.QuickFix.value,
  );
  return actions.filter(({ edit }) => edit);
}

describe('diagnostics', () => {
  afterEach(closeEditors);

  it('say what the schema refuses once, although VS Code reads the schema too', async () => {
    await writeFile('d/films.csv', data);
    const document = await openFile(
      'd/schema.textclf.json',
      experiment({
        model: { type: 'lstm', hidden_size: 4, layers: '2', pooling: 'meen' },
        training: { epochs: 0, optimizer: { type: 'adam', momentum: 1 } },
      }),
    );
    assert.equal(document.languageId, 'jsonc');
    await jsonSupportIsUp(document);
    const found = await settledDiagnostics(document.uri, 5);
    assert.deepEqual(new Set(found.map(({ source }) => source)), new Set(['TextClf']));
    assert.deepEqual(found.map((one) => marked(document, one)).sort(), [
      '"2"',
      '"hidden_size"',
      '"meen"',
      '"momentum"',
      '0',
    ]);
    assert.ok(found.every(({ severity }) => severity === vscode.DiagnosticSeverity.Error));
  });

  it('leave mistakes of JSON itself to VS Code', async () => {
    await writeFile('d/films.csv', data);
    const document = await openFile('d/syntax.textclf.json', '{\n  "data": { "train" "films.csv" }\n}\n');
    const found = await until('a mistake', () => {
      const all = vscode.languages.getDiagnostics(document.uri);
      return all.length > 0 && all;
    });
    assert.deepEqual(
      found.map(({ source }) => source).filter((source) => source === 'TextClf'),
      [],
    );
    await replaceText(document, '"train" "films.csv" }', '"train": "films.csv", "train": "films.csv" }');
    const after = await until('the key that stands twice, and the missing model', () => {
      const all = vscode.languages.getDiagnostics(document.uri);
      return all.some(({ message }) => message.startsWith('"model" is missing')) && all;
    });
    assert.equal(after.filter(({ source }) => source === 'TextClf').length, 1);
    assert.ok(after.length >= 2);
  });

  it('allow comments and trailing commas', async () => {
    await writeFile('d/films.csv', data);
    const text = `// a film\n${experiment({}).replace('"gru"', '"gru", /* fast */')}`;
    const document = await openFile('d/comments.textclf.json', text);
    await jsonSupportIsUp(document);
    await replaceText(document, '"gru"', '"guru"');
    await settledDiagnostics(document.uri, 1);
    await replaceText(document, '"guru"', '"gru"');
    await settledDiagnostics(document.uri, 0);
  });

  it('tell what only the data can, and are gone when it is mended', async () => {
    await writeFile('d/films.csv', data);
    const document = await openFile(
      'd/column.textclf.json',
      experiment({ data: { train: 'films.csv', text: 'revew', validation: 0.5 } }),
    );
    const [found] = await settledDiagnostics(document.uri, 1);
    assert.equal(marked(document, found!), '"revew"');
    assert.match(found!.message, /column/);
    const fixes = await fixesAt(document, found!);
    assert.equal(fixes[0]?.title, 'Change to "review"');
    assert.equal(fixes[0]?.isPreferred, true);
    assert.ok(await vscode.workspace.applyEdit(fixes[0]!.edit!));
    await settledDiagnostics(document.uri, 0);
    assert.match(document.getText(), /"text": "review"/);
  });

  it('notice that a file which was missing has come', async () => {
    const document = await openFile(
      'd/missing.textclf.json',
      experiment({ data: { train: 'later.csv', text: 'review', validation: 0.5 } }),
    );
    const [found] = await settledDiagnostics(document.uri, 1);
    assert.equal(marked(document, found!), '"later.csv"');
    await writeFile('d/later.csv', data);
    await settledDiagnostics(document.uri, 0);
  });

  it('notice files that a pattern finds, and texts of a class that are edited', async () => {
    await writeFile('d/parts/1.csv', data);
    await writeFile('d/classes/good/1.txt', 'What a joy');
    await writeFile('d/classes/good/2.txt', 'joy again');
    await writeFile('d/classes/bad/1.txt', 'What a bore');
    await writeFile('d/classes/bad/2.txt', 'bore again');
    const document = await openFile(
      'd/parts.textclf.json',
      experiment({ data: { train: 'parts/*.csv', text: 'review', validation: 0.5, test: 'classes' } }),
    );
    await settledDiagnostics(document.uri, 0);
    await writeFile('d/parts/2.csv', 'review\nNo class\n');
    const [found] = await settledDiagnostics(document.uri, 1);
    assert.match(found!.message, /There is no column "label" in 2\.csv/);
    await writeFile('d/parts/2.csv', 'review,label\nA fair film,good\n');
    await settledDiagnostics(document.uri, 0);
    await writeFile('d/classes/bad/2.txt', '');
    const [empty] = await settledDiagnostics(document.uri, 1);
    assert.match(empty!.message, /2\.txt.*the text is empty/);
    await writeFile('d/classes/bad/2.txt', 'bore again');
    await settledDiagnostics(document.uri, 0);
  });

  it('stand in the data file too, where a row of it is wrong', async () => {
    const rows = await writeFile('d/torn.csv', `${data}"no end,good\n`);
    const document = await openFile(
      'd/torn.textclf.json',
      experiment({ data: { train: 'torn.csv', text: 'review', validation: 0.5 } }),
    );
    const [pointer] = await settledDiagnostics(document.uri, 1);
    assert.match(pointer!.message, /^in torn\.csv, line 6: /);
    assert.equal(marked(document, pointer!), '"torn.csv"');
    assert.equal(pointer!.relatedInformation?.[0]?.location.uri.toString(), rows.toString());
    const [inData] = await settledDiagnostics(rows, 1);
    assert.equal(inData!.range.start.line, 5);
    await writeFile('d/torn.csv', data);
    await settledDiagnostics(document.uri, 0);
    await settledDiagnostics(rows, 0);
  });

  it('offer fixes for an unknown key, and take them back when the text has changed', async () => {
    await writeFile('d/films.csv', data);
    const document = await openFile('d/key.textclf.json', experiment({ trainning: { epochs: 2 } }));
    const [found] = await settledDiagnostics(document.uri, 1);
    const titles = (await fixesAt(document, found!)).map(({ title }) => title);
    assert.equal(titles[0], 'Change to "training"');
    await replaceText(document, '"trainning"', '"trainingg"');
    assert.deepEqual(await fixesAt(document, found!), []);
  });

  it('are not made for older versions of a file, as comparisons show them', async () => {
    await writeFile('d/films.csv', data);
    const text = experiment({ nme: 'x' });
    const provider = vscode.workspace.registerTextDocumentContentProvider('test-older', {
      provideTextDocumentContent: () => text,
    });
    const document = await openFile('d/newer.textclf.json', text);
    const older = document.uri.with({ scheme: 'test-older' });
    await vscode.commands.executeCommand('vscode.diff', older, document.uri);
    await settledDiagnostics(document.uri, 1);
    assert.deepEqual(vscode.languages.getDiagnostics(older), []);
    provider.dispose();
  });

  it('go when the file is closed', async () => {
    await writeFile('d/films.csv', data);
    const document = await openFile('d/close.textclf.json', experiment({ nme: 'x' }));
    await settledDiagnostics(document.uri, 1);
    await closeEditors();
    await settledDiagnostics(document.uri, 0);
  });
});

describe('completion', () => {
  afterEach(closeEditors);

  async function labelsAt(
    document: vscode.TextDocument,
    after: string,
  ): Promise<Map<string, vscode.CompletionItem>> {
    const offset = document.getText().indexOf(after) + after.length;
    return until(`completions after ${after}`, async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        document.positionAt(offset),
      );
      const items = new Map(
        list.items
          .filter(({ kind }) => kind !== vscode.CompletionItemKind.Text)
          .map((item) => [typeof item.label === 'string' ? item.label : item.label.label, item] as const),
      );
      return items.size > 0 && items;
    });
  }

  const names = (items: ReadonlyMap<string, unknown>) =>
    [...items.keys()].map((name) => name.replaceAll('"', ''));

  it('knows keys, choices and what they mean, in unfinished files', async () => {
    const document = await openFile(
      'd/complete.textclf.json',
      '{\n  "data": { "train": "x.csv",  },\n  "model": { "type": "lstm", "laye" },\n  "training": { "optimizer": { "type": "sgd", "m" }, "epochs": 2 }\n}\n',
    );
    const dataKeys = names(await labelsAt(document, '"x.csv", '));
    for (const key of ['test', 'text', 'label', 'validation']) assert.ok(dataKeys.includes(key), key);
    assert.ok(!dataKeys.includes('train'));

    const models = await labelsAt(document, '"model": { "type": "');
    for (const type of ['baseline', 'cnn', 'gru', 'lstm', 'rnn', 'pooled', 'transformer']) {
      assert.ok(names(models).includes(type), type);
    }
    assert.match(JSON.stringify(models.get('"lstm"')), /remembers furthest/);

    const modelKeys = names(await labelsAt(document, '"lstm", "laye'));
    assert.ok(modelKeys.includes('layers') && modelKeys.includes('bidirectional'));

    const sgd = names(await labelsAt(document, '"sgd", "m'));
    assert.ok(sgd.includes('momentum') && sgd.includes('nesterov'));
    assert.ok(!sgd.includes('beta1'), 'an option of another optimizer');

    const searched = await openFile(
      'd/search.textclf.json',
      '{ "model": { "type": "cnn" }, "training": { "optimizer": { "type": "sgd" } }, "search": { "options": { "model.dropout": [0],  } } }',
    );
    const options = names(await labelsAt(searched, '[0], '));
    for (const path of ['model.widths', 'training.optimizer.momentum', 'training.scheduler.type']) {
      assert.ok(options.includes(path), `${path} is not in ${options.join(', ')}`);
    }
    for (const path of ['model.hiddenSize', 'training.optimizer.beta1', 'model.dropout', 'training.seed']) {
      assert.ok(!options.includes(path), path);
    }

    const optimizers = names(await labelsAt(document, '"optimizer": { "type": "'));
    for (const type of ['adam', 'adamW', 'sgd']) assert.ok(optimizers.includes(type), type);
  });

  it('offers a whole experiment in an empty file', async () => {
    const document = await openFile('d/empty.textclf.json', '\n');
    const items = await labelsAt(document, '');
    assert.ok(names(items).includes('New experiment'));
  });

  it('offers the kinds of optimizer where none is chosen', async () => {
    const document = await openFile('d/optimizer.textclf.json', '{ "training": { "optimizer": {  } } }');
    assert.deepEqual(names(await labelsAt(document, '"optimizer": { ')), ['type']);
  });

  it('explains options and values in hovers', async () => {
    const document = await openFile('d/hover.textclf.json', experiment({ training: { epochs: 3 } }));
    const hoverAt = (text: string) =>
      until(`a hover at ${text}`, async () => {
        const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
          'vscode.executeHoverProvider',
          document.uri,
          document.positionAt(document.getText().indexOf(text) + 2),
        );
        return hover?.contents.map((content) => (content as vscode.MarkdownString).value).join('\n');
      });
    assert.match(await hoverAt('"epochs"'), /How many times the training rows.*at least 1\. Default: `5`/s);
    assert.match(await hoverAt('"gru"'), /Gated recurrent unit/);
  });

  it('explains what a search varies', async () => {
    const document = await openFile(
      'd/hover-search.textclf.json',
      experiment({ search: { options: { 'model.hiddenSize': [8, 16] } } }),
    );
    const offset = document.getText().indexOf('"model.hiddenSize"') + 2;
    const text = await until('a hover', async () => {
      const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        document.positionAt(offset),
      );
      return hover?.contents.map((content) => (content as vscode.MarkdownString).value).join('\n');
    });
    assert.match(text, /units of each recurrent layer/);
  });
});
