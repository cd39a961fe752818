// no app.enableCors()
