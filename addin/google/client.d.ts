// What a page has of Google: https://developers.google.com/apps-script/guides/html/reference/run

declare namespace google.script {
  interface Runner {
    withSuccessHandler(handler: (answer: any) => void): Runner & Record<string, (...given: any[]) => void>;
    withFailureHandler(handler: (error: Error) => void): Runner & Record<string, (...given: any[]) => void>;
  }
  const run: Runner;
  const host: { close(): void };
}
